"""Owns a real Label Studio server and a browser on its editor. Runs in the judge's own Python.

usage: labelstudio_driver.py --cache DIR [--media-root DIR] [--chromium FILE] [--only-make-cache]

Orders are lines of JSON on standard input, {"call": name, "args": [..], "kw": {..}}; each is answered
by one line, {"ok": value} or {"error": text}. "call" is a method of labelstudio_person.Person. The first
line out says {"port", "token", "pid", "release"} of the server, which the other side asks over HTTP by itself.

The end of standard input, a signal and any failure stop the browser and the server, by their own
process ids. Only loopback is used. With --only-make-cache the migrated empty database is made, once, in DIR.
"""
import argparse
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

USER, PASSWORD = "judge@example.test", "Judge.pass.1"
TOKEN = "00112233445566778899aabbccddeeff00112233"
START_SECONDS = 300  # migrations of an empty database take a minute or more
DATABASE = ("label_studio.sqlite3", ".env")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: even where this process is killed


class Server:
    """One server process, with a data folder of its own that is gone afterwards."""

    def __init__(self, cache, media_root=None):
        self.cache, self.media_root = cache, media_root
        self.base = tempfile.mkdtemp(prefix="lf-labelstudio-")
        self.log = os.path.join(self.base, "server.log")
        self.proc = None

    def environment(self):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("LABEL_STUDIO_", "HEARTEX_", "DJANGO_")) and not k.lower().endswith("_proxy")}
        env.update({
            "HOME": self.base,
            "LABEL_STUDIO_BASE_DATA_DIR": self.base,
            "LABEL_STUDIO_USERNAME": USER, "LABEL_STUDIO_PASSWORD": PASSWORD, "LABEL_STUDIO_USER_TOKEN": TOKEN,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_COLLECT_ANALYTICS": "false", "collect_analytics": "false",
            "LABEL_STUDIO_LATEST_VERSION_CHECK": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "",
            "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
            "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": self.media_root or self.base,
            "DEBUG": "false", "PYTHONUNBUFFERED": "1",
        })
        return env

    def start(self):
        """Starts and waits until the server answers; a missing database is made and put into the cache first."""
        if self.cached():
            for name in os.listdir(self.cache):
                shutil.copy2(os.path.join(self.cache, name), os.path.join(self.base, name))
            self.run()
            return
        self.run()
        self.stop_process()
        new = "%s.%d" % (self.cache, os.getpid())
        os.makedirs(new)
        for name in DATABASE:
            if os.path.exists(os.path.join(self.base, name)):
                shutil.copy2(os.path.join(self.base, name), os.path.join(new, name))
        shutil.rmtree(self.cache, ignore_errors=True)
        os.rename(new, self.cache)  # whole or absent
        self.run()

    def cached(self):
        return os.path.exists(os.path.join(self.cache, DATABASE[0]))

    def run(self):
        self.port = free_port()
        program = os.path.join(os.path.dirname(sys.executable), "label-studio")
        with open(self.log, "ab") as log:
            self.proc = subprocess.Popen(
                [program, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(self.port),
                 "--enable-legacy-api-token"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self.environment(),
                cwd=self.base, start_new_session=True, preexec_fn=die_with_parent)
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.proc.poll() is not None or time.monotonic() > end:
                raise RuntimeError("no server came up:\n" + self.tail())
            time.sleep(0.2)

    def answers(self):
        try:
            with urllib.request.urlopen(self.url("/health"), timeout=5) as r:
                return r.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def release(self):
        with urllib.request.urlopen(self.url("/api/version"), timeout=60) as r:
            return json.load(r).get("release")

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def tail(self):
        with open(self.log, "rb") as f:
            return f.read()[-4000:].decode("utf-8", "replace")

    def stop_process(self):
        if self.proc and self.proc.poll() is None:
            self.proc.terminate()
            try:
                self.proc.wait(20)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait(20)

    def stop(self):
        self.stop_process()
        shutil.rmtree(self.base, ignore_errors=True)


def answer(person, line):
    try:
        order = json.loads(line)
        return {"ok": getattr(person(), order["call"])(*order.get("args", []), **order.get("kw", {}))}
    except Exception:
        return {"error": traceback.format_exc()}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--cache", required=True, help="folder of the migrated empty database")
    ap.add_argument("--media-root", help="folder whose sub-folders are served as /data/local-files/?d=SUB/NAME")
    ap.add_argument("--chromium", default="/usr/bin/chromium")
    ap.add_argument("--only-make-cache", action="store_true")
    args = ap.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda n, frame: sys.exit(128 + n))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # nothing but answers goes where answers go

    def say(value):
        out.write(json.dumps(value) + "\n")
        out.flush()

    server = Server(os.path.abspath(args.cache), args.media_root and os.path.abspath(args.media_root))
    if args.only_make_cache and server.cached():
        server.stop()
        return
    people = []

    def person():  # the browser is started by the first order
        if not people:
            import labelstudio_person
            people.append(labelstudio_person.Person(server.url(""), USER, PASSWORD, args.chromium))
        return people[0]

    try:
        server.start()
        if args.only_make_cache:
            return
        say({"port": server.port, "token": TOKEN, "pid": server.proc.pid, "release": server.release()})
        for line in sys.stdin:
            say(answer(person, line))
    finally:
        for p in people:
            p.close()
        server.stop()


if __name__ == "__main__":
    main()

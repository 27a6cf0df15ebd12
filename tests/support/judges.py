"""The judges: the real FiftyOne, Datumaro, and stand-ins for the tools on the far side."""

import json
import os
import sys
import tempfile
import unittest

import testenv


def _tool(name):
    return os.path.join(testenv.SUPPORT, name)


def _need(variable):
    value = os.environ.get(variable)
    if not value:
        raise unittest.SkipTest("%s is not set: run sh tests/run.sh --peers" % variable)
    return value


def _json(done):
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError("exit %d\n%s%s" % (done.returncode, done.stdout[-2000:], done.stderr[-4000:]))


def fiftyone_env():
    """The environment in which a Python of FiftyOne's reaches the store, and no home but a scratch one."""
    env = dict(os.environ)
    env["FIFTYONE_DATABASE_URI"] = _need("LF_MONGO_URI")
    env["HOME"] = os.environ.get("LF_PEER_HOME") or tempfile.gettempdir()
    env.update(FIFTYONE_DATABASE_VALIDATION="false", FIFTYONE_DO_NOT_TRACK="true",
               FIFTYONE_SHOW_PROGRESS_BARS="false", FIFTYONE_LOGGING_LEVEL="ERROR")
    return env


def fiftyone(script, *args, **kw):
    """Runs a Python script in FiftyOne's environment."""
    return testenv.run([_need("LF_FIFTYONE_PYTHON"), script, *args], env=fiftyone_env(), **kw)


def load(dirs, dump=False, pixels=False):
    """Native dataset folders as the real FiftyOne sees them: one dict a folder, in the order given.

    See fiftyone_load.py for the keys. A folder that does not load has "error". With dump=True
    "samples" and "frames" hold every document, with pixels=True each field's "arrays" its masks.
    """
    dirs = [os.fspath(d) for d in dirs]
    for d in dirs:
        if not os.path.isdir(d):
            raise AssertionError("%s is no folder" % d)
    done = fiftyone(_tool("fiftyone_load.py"), *["--dump"] * dump, *["--pixels"] * pixels, *dirs)
    out = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(out) != len(dirs):
        raise AssertionError("%d of %d folders answered\n%s%s" % (len(out), len(dirs), done.stdout, done.stderr))
    return out


def _mask_answers(run, lines):
    done = run(input="".join(line + "\n" for line in lines), stdin=None)
    if done.returncode:
        raise AssertionError("exit %d\n%s" % (done.returncode, done.stderr[-4000:]))
    return done.stdout.split("\n")[:-1]


def mask_codecs(lines):
    """What cvat-sdk and pycocotools answer to lines of mask_tool (see mask_judge.py)."""
    return _mask_answers(lambda **kw: testenv.run([_need("LF_MASKS_PYTHON"), _tool("mask_judge.py")], **kw), lines)


def brush_codec(lines):
    """What Label Studio's own converter answers to lines of brush_judge.py."""
    run = [_need("LF_LABELSTUDIO_PYTHON"), _tool("brush_judge.py")]
    return _mask_answers(lambda **kw: testenv.run(run, **kw), lines)


def fiftyone_masks(lines):
    """What FiftyOne answers. Outlines hang on the last bit of arctan2, which numpy has of its own for AVX-512."""
    env = dict(fiftyone_env(), NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR")
    run = [_need("LF_FIFTYONE_PYTHON"), _tool("mask_judge.py")]
    return _mask_answers(lambda **kw: testenv.run(run, env=env, **kw), lines)


def check_cvat(path, *options, datumaro=False):
    """What a CVAT server would say of an XML, zip, backup or label file, as a dict (key "ok").

    With datumaro=True the real Datumaro loads it too and the numbers must agree.
    """
    args = [sys.executable, _tool("check_cvat.py"), path, *options]
    if datumaro:
        args += ["--datumaro", "require", "--datumaro-python", _need("LF_DATUM_PYTHON")]
    else:
        args += ["--datumaro", "skip"]
    done = testenv.run(args)
    out = _json(done)
    out["exit"] = done.returncode
    return out


def far_side(archive, out, *options, edits=None):
    """Imports an archive as CVAT would, edits it, and dumps what CVAT would into the folder out."""
    args = [sys.executable, _tool("far_side_cvat.py"), archive, "-o", out, *options]
    if edits is None:
        return testenv.run(args)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump(edits, f)
        f.flush()
        return testenv.run(args + ["--edits", f.name])

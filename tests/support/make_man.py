"""Makes man/labelferry.1 of what the program says of itself and of the sections below.

usage: make_man.py PROGRAM [-o FILE]     (standard output without -o)
"""

import argparse
import re
import subprocess

COMMANDS = ["export", "merge", "diff", "runs", "verify", "info", "mask", "limits"]

STATUS = [
    ("0", "Done, nothing to look at."),
    ("1", "Done, with findings: edits refused, items that match no sample, values that were left out."),
    ("2", "The command line is wrong, or the output is there already."),
    ("4", "An input is damaged or not what it should be."),
    ("5", "Stopped by a rule: an archive of another run, an unexpected shape, what \\fBfail\\fR was asked for."),
    ("6", "Conflicts, or an archive older than one of its task that is merged already."),
    ("7", "Input or output failed, memory ran out, or a file changed while it was read."),
    ("8", "Refused for safety: a path that leads outside, a declared document type, a limit passed."),
    ("9", "Another labelferry works on this dataset."),
    ("10", "A file of an export is not what SHA256SUMS says."),
    ("70", "A mistake of the program's own; it stopped before writing."),
]

FILES = [
    ("DATASET/annotations/RUN/",
     "The record of a run: run.json, items.tsv, base.jsonl; log/ with what each merge did, undo/ with the files it replaced. "
     "While files are being renamed, commit.json lists them; whoever opens the dataset next finishes it."),
    ("OUT/SHEET.txt", "What the person at the annotation tool is to do."),
    ("OUT/TASK/", "labels.json and annotations.zip of one task."),
    ("OUT/media.zip", "The images; media_001.zip and so on where there are several tasks of a field."),
    ("OUT/run/", "The copy of the record that travels. It has no base.jsonl."),
    ("OUT/SHA256SUMS", "Sums of all files, for sha256sum -c."),
]

EXAMPLES = [
    ("Ship one field, with the right to move and add, but not to delete:",
     "labelferry export harbor --field ground_truth --run night_07 --no-allow-deletions -o out"),
    ("See what a merge would do, each change on a line:",
     "labelferry merge night_07 back.zip --dataset harbor -n -v"),
    ("Merge into the dataset, with a report:",
     "labelferry merge night_07 back.zip --dataset harbor --in-place --report done.json"),
    ("Take the last merge back:", "labelferry undo night_07 --dataset harbor"),
    ("Leave the dataset alone and write a new one:",
     "labelferry merge night_07 back.zip --dataset harbor -o new"),
    ("What does a code mean?", "labelferry help LF2107"),
]


def ask(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, encoding="utf-8").stdout


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def item(head, body):
    return ".TP\n%s\n%s\n" % (head, body)


def option_rows(text):
    """(option, help) of each row of the table that a command's help prints."""
    rows = []
    for line in text.split("\n"):
        row = re.match(r"  (?:(-\w), |    )(--\S+(?: \S+)?)(?:\s{2,}(.*))?$", line)
        if row:
            rows.append([((row.group(1) + ", ") if row.group(1) else "") + row.group(2), [row.group(3) or ""]])
        elif rows and re.match(r" {20,}\S", line):
            rows[-1][1].append(line.strip())
    return [(head, " ".join(h for h in help if h)) for head, help in rows]


def command_section(program, name):
    text = ask(program, "help", name)
    usage, about = re.match(r"usage: labelferry (.*?)\n\n(.*?)\n\n", text, re.S).groups()
    out = ".SS \"labelferry %s\"\n%s\n" % (roff(usage), roff(" ".join(about.split())))
    for head, help in option_rows(text):
        out += item("\\fB%s\\fR" % roff(head), roff(help[:1].upper() + help[1:] + "."))
    return out


def page(program):
    version = ask(program, "version").split()[1]
    out = '.\\" Made by tests/support/make_man.py out of what the program prints; change it there.\n'
    out += '.TH LABELFERRY 1 "" "labelferry %s" "User Commands"\n' % version
    out += ".SH NAME\nlabelferry \\- labels of FiftyOne datasets to annotation tools and back\n"
    out += ".SH SYNOPSIS\n"
    for name in COMMANDS:
        usage = re.match(r"usage: labelferry (.*)\n", ask(program, "help", name)).group(1)
        out += ".B labelferry\n%s\n.br\n" % roff(usage.strip())
    out += ".B labelferry help\n[COMMAND | CODE]\n.br\n.B labelferry version\n"
    out += (".SH DESCRIPTION\n"
            "Writes the labels of a FiftyOne dataset on disk as task files for an annotation tool, and merges what\n"
            "comes back from it into the dataset. A label nobody edited keeps every byte; an edit the run does not\n"
            "allow is refused; every label is in exactly one bucket of the line a merge ends with. Nothing is asked\n"
            "and no network is used. The answer goes to standard output, all else to standard error.\n"
            ".PP\nMerging is three\\-way: what was shipped, what the dataset says now, what came back. An edit on one\n"
            "side is taken; the same thing edited differently on both is a conflict.\n")
    out += ".SH COMMANDS\n"
    for name in COMMANDS:
        out += command_section(program, name)
    out += ('.SS "labelferry help [COMMAND | CODE]"\nThe options of a command, or cause and remedy of a code\n'
            "such as LF2107 or id\\-duplicate.\n")
    out += '.SS "labelferry version"\nThe version.\n'
    out += ".SH EXIT STATUS\n" + "".join(item(".B " + n, t) for n, t in STATUS)
    out += (".PP\nFrom 2 on the dataset is as it was, but for one case: a merge that is done and then cannot write\n"
            "its report, or its record in \\-\\-runs\\-dir, ends with 7.\n")
    out += ".SH FILES\n" + "".join(item(".I " + roff(n), roff(t)) for n, t in FILES)
    out += (".SH ENVIRONMENT\n" +
            item(".B TMPDIR", "Where labels that came back are kept while a merge runs, once they take more than\n"
                 "8 MiB; /tmp without it. The file has no name and is gone with the program.") +
            ".PP\nThe locale changes nothing.\n")
    out += ".SH EXAMPLES\n"
    for say, line in EXAMPLES:
        out += ".PP\n%s\n.PP\n.nf\n.RS\n%s\n.RE\n.fi\n" % (roff(say), roff(line))
    out += ".SH SEE ALSO\nREADME.md and FORMATS.md in the documentation folder; sha256sum(1)\n"
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("-o", dest="out")
    args = parser.parse_args()
    text = page(args.program)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as f:
            f.write(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()

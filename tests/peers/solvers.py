"""z3 and cvc5: one process each that answers question after question, each with a solver of its own.

A question may take so much CPU time, whatever else the machine does: when it is used up, a timer ends the process
(a solver in a long step looks at no timer of its own), and the next question starts another one. Both solvers work
in one thread; while such a timer runs, Linux counts the time of the process in ticks, but that of a thread exactly.
"""

import json
import os
import signal
import subprocess
import sys
import time

NAMES = ("z3", "cvc5")
# What did best of what benches/peers/README.md lists.
OPTIONS = {"z3": {}, "cvc5": {"strings-exp": "true"}}


class Worker:
    """One solver, by its name; `options` are its own, as text."""

    def __init__(self, name, options=None):
        self.name, self.process = name, None
        self.options = dict(OPTIONS[name], **(options or {}))

    def ask(self, script, seconds, with_model=False, times=1):
        """A dictionary: `verdict` (sat, unsat, timeout, error), `runs` (CPU seconds of building the terms and of
        solving, once for each time), `more` (the model, or what went wrong)."""
        if self.process is None:
            command = [sys.executable, "-B", __file__, self.name, json.dumps(self.options)]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        question = {"script": script, "seconds": seconds, "model": with_model, "times": times}
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        ended = self.process.wait()
        self.process = None
        verdict = "timeout" if ended == -signal.SIGPROF else "error"
        return {"verdict": verdict, "runs": [], "more": "the process ended with %d" % ended}

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process = None


def ask_z3(options, script, with_model):
    import z3

    start = time.thread_time()
    solver = z3.Solver()
    for name, value in options.items():
        solver.set(name, {"true": True, "false": False}.get(value) if value in ("true", "false") else int(value))
    solver.from_string(script)
    built = time.thread_time()
    verdict = str(solver.check())
    solved = time.thread_time()
    more = solver.reason_unknown() if verdict == "unknown" else ""
    if with_model and verdict == "sat":
        more = str(solver.model())
    return verdict, [built - start, solved - built], more


def ask_cvc5(options, script, with_model):
    import cvc5

    start = time.thread_time()
    solver = cvc5.Solver()
    for name, value in options.items():
        solver.setOption(name, value)
    solver.setOption("produce-models", "true" if with_model else "false")
    symbols = cvc5.SymbolManager(solver)
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    built = time.thread_time()
    verdict = solver.checkSat()
    solved = time.thread_time()
    more = ""
    if verdict.isUnknown():
        more = str(verdict.getUnknownExplanation())
    if with_model and verdict.isSat():
        more = solver.getModel([], symbols.getDeclaredTerms())
    return "unknown" if verdict.isUnknown() else str(verdict), [built - start, solved - built], more


def serve(name, options):
    """Answers the questions of standard input, a line each."""
    ask = {"z3": ask_z3, "cvc5": ask_cvc5}[name]
    # What a solver prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # What a process does only once is done before anything is timed.
    ask(options, '(set-logic ALL)(declare-const x String)(assert (= x "a"))', False)
    for line in sys.stdin:
        question = json.loads(line)
        runs = []
        try:
            for _ in range(question["times"]):
                signal.setitimer(signal.ITIMER_PROF, question["seconds"])
                verdict, run, more = ask(options, question["script"], question["model"])
                signal.setitimer(signal.ITIMER_PROF, 0)
                runs.append(run)
                # A solver that gives up before its time is shown as out of time too.
                verdict = "timeout" if verdict == "unknown" else verdict
                if sum(run) > 0.5:
                    break
        except Exception as error:  # whatever a solver raises is its answer
            verdict, more = "error", str(error)
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps({"verdict": verdict, "runs": runs, "more": more}), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(sys.argv[2]))

"""The format of a suite of .iarc files: lit's own, in which a file without a RUN: line is no test.

Such files are what the tests import.
"""
import lit.formats


def is_test(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "RUN:" in file.read()


class Suite(lit.formats.ShTest):
    def getTestsInDirectory(self, testSuite, path_in_suite, litConfig, localConfig):
        for test in super().getTestsInDirectory(testSuite, path_in_suite, litConfig, localConfig):
            if is_test(test.getSourcePath()):
                yield test

/**
 * A cluster for JUnit tests: {@link dev.wherry.testkit.Cluster} runs the real program in a process
 * of its own, so that a test may kill it. Published for users' tests; not part of the program.
 */
@NullMarked
package dev.wherry.testkit;

import org.jspecify.annotations.NullMarked;

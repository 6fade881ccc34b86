/** A cluster for JUnit tests. */
@NullMarked
package dev.wherry.testkit;

import org.jspecify.annotations.NullMarked;

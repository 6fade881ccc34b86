/** The whole program with real containers, driven by the real kubectl. Needs root. */
@NullMarked
package dev.wherry.testkit.e2e;

import org.jspecify.annotations.NullMarked;

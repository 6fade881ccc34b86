/** The rules of the house as tests: who may import whom, and how the sources look. */
@NullMarked
package dev.wherry.testkit.house;

import org.jspecify.annotations.NullMarked;

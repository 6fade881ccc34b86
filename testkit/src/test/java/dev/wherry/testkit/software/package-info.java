/** Real servers as pods, in images made of this machine's Debian packages. */
@NullMarked
package dev.wherry.testkit.software;

import org.jspecify.annotations.NullMarked;

/**
 * Which runtime a worker uses: looks at what the host runs, decides, remembers, opens it and brings
 * imported images to it. The decision is pure; looking and opening block the thread that starts the
 * worker. {@code cli} imports it; it opens what the other rooms of this module hold.
 */
@NullMarked
package dev.wherry.runtime.choice;

import org.jspecify.annotations.NullMarked;

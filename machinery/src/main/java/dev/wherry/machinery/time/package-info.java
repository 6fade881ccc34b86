/**
 * Time as an injected thing: now, and alarms. {@link dev.wherry.machinery.time.SystemTimer} owns
 * one platform thread; tests use a fake one. Imported by every module above the model.
 */
@NullMarked
package dev.wherry.machinery.time;

import org.jspecify.annotations.NullMarked;

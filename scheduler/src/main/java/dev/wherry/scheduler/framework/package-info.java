/**
 * The extension points. Plugins are typed, pure and give reasons; a plugin's state for one pod
 * lives in the object that {@code prepare} returns. No owner; imported by plugins and decision.
 */
@NullMarked
package dev.wherry.scheduler.framework;

import org.jspecify.annotations.NullMarked;

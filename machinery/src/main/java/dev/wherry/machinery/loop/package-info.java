/**
 * The reconciler loop: keys from a work queue, decisions as plans, one applier. Workers are virtual
 * threads; a key is with one worker at a time. Imported by everything that reconciles.
 */
@NullMarked
package dev.wherry.machinery.loop;

import org.jspecify.annotations.NullMarked;

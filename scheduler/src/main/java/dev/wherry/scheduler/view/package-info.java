/**
 * What the scheduler knows of pods and nodes: immutable, compact, computed once per object. No
 * owner; imported by every part of the scheduler.
 */
@NullMarked
package dev.wherry.scheduler.view;

import org.jspecify.annotations.NullMarked;

/**
 * Persistent volumes and their claims as facts: what a claim asks for, which volume fits, which
 * nodes reach it (component-helpers storage/volume). Pure. Imported by the binder, the scheduler
 * and the kubelet, which must agree.
 */
@NullMarked
package dev.wherry.model.volume;

import org.jspecify.annotations.NullMarked;

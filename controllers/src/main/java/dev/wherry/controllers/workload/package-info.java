/**
 * What controllers that own pods have in common. Decisions are pure; workers on virtual threads
 * carry them out. Imported by the controllers of workloads.
 */
@NullMarked
package dev.wherry.controllers.workload;

import org.jspecify.annotations.NullMarked;

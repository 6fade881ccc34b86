/**
 * CronJobs: Jobs by the clock. Decisions are pure; workers on virtual threads carry them out.
 * Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.cronjob;

import org.jspecify.annotations.NullMarked;

/**
 * What every namespace holds: the default service account and the cluster's CA. Decisions are pure;
 * workers on virtual threads carry them out. Imported by {@link dev.wherry.controllers.Controllers}
 * only.
 */
@NullMarked
package dev.wherry.controllers.serviceaccount;

import org.jspecify.annotations.NullMarked;

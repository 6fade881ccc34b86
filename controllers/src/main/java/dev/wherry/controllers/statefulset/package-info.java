/**
 * StatefulSets: pods with a name and claims of their own, one after the other. Decisions are pure;
 * workers on virtual threads carry them out. Imported by {@link dev.wherry.controllers.Controllers}
 * only.
 */
@NullMarked
package dev.wherry.controllers.statefulset;

import org.jspecify.annotations.NullMarked;

/**
 * EndpointSlices of Endpoints that somebody else keeps. Decisions are pure; workers on virtual
 * threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.mirroring;

import org.jspecify.annotations.NullMarked;

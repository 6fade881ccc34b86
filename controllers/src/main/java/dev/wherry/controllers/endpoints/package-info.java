/**
 * EndpointSlices and Endpoints of Services with a selector. Decisions are pure; workers on virtual
 * threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.endpoints;

import org.jspecify.annotations.NullMarked;

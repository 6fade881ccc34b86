/**
 * Services of type LoadBalancer that no other balancer takes: they are reached at the nodes' own
 * addresses, where the service proxy answers. Decisions are pure; one worker on a virtual thread
 * carries them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.balancer;

import org.jspecify.annotations.NullMarked;

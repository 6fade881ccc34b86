/**
 * The HTTP face of the registry and the cache: routing, media types, lists and watches as bytes,
 * patches, health and metrics. Runs on request threads; imported by the composition only.
 */
@NullMarked
package dev.wherry.apiserver.rest;

import org.jspecify.annotations.NullMarked;

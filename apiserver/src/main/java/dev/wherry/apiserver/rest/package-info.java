/**
 * The two faces of the registry and the cache. HTTP: routing, media types, lists and watches as
 * bytes, patches, health and metrics, on request threads. In process: the same requests under the
 * same checks for components of this program, on their threads. Imported by the composition only.
 */
@NullMarked
package dev.wherry.apiserver.rest;

import org.jspecify.annotations.NullMarked;

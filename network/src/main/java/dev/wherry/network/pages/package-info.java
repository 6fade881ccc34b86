/**
 * Small pages over HTTP/1.1: figures and health. They are made on the loop that reads the request,
 * so they must not block. Imported by this module's servers.
 */
@NullMarked
package dev.wherry.network.pages;

import org.jspecify.annotations.NullMarked;

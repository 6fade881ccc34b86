/**
 * API aggregation: APIServices whose group-versions other servers serve. Requests go on to them
 * under the front proxy's certificate, with the caller's name in headers; whether they answer, what
 * they serve and their OpenAPI are looked at again and again, and merged with our own.
 *
 * <p>What is served where is an immutable snapshot, made by the security view's thread; one virtual
 * thread looks after the servers. Imported by the API server's routes and the composition root.
 */
@NullMarked
package dev.wherry.apiserver.aggregation;

import org.jspecify.annotations.NullMarked;

/**
 * The Docker shim: CRI over Docker's API. Docker is the only state: everything a restart needs
 * stands in labels of the containers. Calls block on the caller's virtual thread. docker-java
 * carries the requests; streams that must half-close (exec, attach) and logs by the nanosecond go
 * over {@link dev.wherry.runtime.docker.DockerSocket}. For {@code dev.wherry.runtime} only.
 */
@NullMarked
package dev.wherry.runtime.docker;

import org.jspecify.annotations.NullMarked;

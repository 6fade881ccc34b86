package dev.wherry.runtime.builtin;

import java.nio.file.Path;

/**
 * A pod's user namespace that is there.
 *
 * @param file the namespace as a file, while one of its processes lives
 * @param uid the host's user who is root inside
 * @param gid the host's group that is root's inside
 */
public record UserNamespace(Path file, long uid, long gid) {}

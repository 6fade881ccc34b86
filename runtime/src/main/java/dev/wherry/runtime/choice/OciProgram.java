package dev.wherry.runtime.choice;

import java.nio.file.Path;

/**
 * An OCI runtime of this host.
 *
 * @param path of its program
 * @param family whose it is by its own word, such as {@code runc} or {@code crun}: programs of one
 *     family find each other's containers, others do not
 */
public record OciProgram(Path path, String family) {
  /** Of a runtime that is not built in, or that was remembered before programs were. */
  public static final OciProgram NONE = new OciProgram(Path.of(""), "");
}

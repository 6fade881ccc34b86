package dev.wherry.runtime.builtin;

import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.builtin.shim.OciRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Containers of a data directory on which no program runs any more. */
public final class BuiltInLeftovers {
  private static final String OCI_STATE = "oci";

  private BuiltInLeftovers() {}

  static Path ociState(Path runDirectory) {
    return runDirectory.resolve(OCI_STATE);
  }

  /**
   * Kills them; their supervisors end by that.
   *
   * @return how many there were
   */
  public static int end(Path dataDirectory) throws IOException {
    Path state = ociState(RunDirectory.of(dataDirectory).resolve(BuiltInConfig.RUN_FOLDER));
    List<String> containers = NodePlace.names(state);
    Optional<Path> program = OciRuntime.find();
    if (containers.isEmpty() || program.isEmpty()) {
      return 0;
    }
    OciRuntime runtime = new OciRuntime(program.get(), state, false);
    for (String container : containers) {
      runtime.delete(container);
    }
    return containers.size();
  }
}

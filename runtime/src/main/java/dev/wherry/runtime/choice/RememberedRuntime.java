package dev.wherry.runtime.choice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/**
 * The runtime of a data directory's pods, kept beside them: a later start must find it again,
 * whatever else was installed meanwhile, and {@code wherry image} must know whom to ask.
 *
 * @param socket where CRI is served
 * @param imageSocket where its images are served, often the same
 * @param oci the program that has the built-in runtime's containers
 */
public record RememberedRuntime(Kind kind, Path socket, Path imageSocket, OciProgram oci) {
  /** One that is not built in. */
  public RememberedRuntime(Kind kind, Path socket, Path imageSocket) {
    this(kind, socket, imageSocket, OciProgram.NONE);
  }

  /** Whose runtime it is. */
  public enum Kind {
    /** The one in this program. */
    BUILTIN,
    /** A containerd started by us. */
    OWN,
    /** Docker behind our shim. */
    DOCKER,
    /** Somebody else's CRI runtime. */
    FOREIGN
  }

  private static final String FILE = "runtime.json";

  /** What a data directory remembers; empty when no worker ran in it yet. */
  public static Optional<RememberedRuntime> read(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var tree = Trees.parse(Files.readAllBytes(file));
      return Optional.of(
          new RememberedRuntime(
              Kind.valueOf(tree.path("kind").asText().toUpperCase(Locale.ROOT)),
              Path.of(tree.path("socket").asText()),
              Path.of(tree.path("imageSocket").asText()),
              new OciProgram(
                  Path.of(tree.path("ociRuntime").asText("")), tree.path("ociFamily").asText(""))));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged; remove it to choose a runtime anew", e);
    }
  }

  void write(Path dataDirectory) throws IOException {
    Files.createDirectories(dataDirectory);
    Path fresh = Files.createTempFile(dataDirectory, "runtime", ".new");
    ObjectNode tree =
        Trees.object()
            .put("kind", kind.name().toLowerCase(Locale.ROOT))
            .put("socket", socket.toString())
            .put("imageSocket", imageSocket.toString());
    if (!oci.equals(OciProgram.NONE)) {
      tree.put("ociRuntime", oci.path().toString()).put("ociFamily", oci.family());
    }
    Files.write(fresh, Trees.bytes(tree));
    Files.move(fresh, dataDirectory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }
}

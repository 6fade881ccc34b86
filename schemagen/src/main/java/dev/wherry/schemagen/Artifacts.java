package dev.wherry.schemagen;

import io.kubernetes.client.openapi.models.V1Pod;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.jar.JarFile;

/** The published artifacts on the class path: the client's models and calls, the messages. */
record Artifacts(
    SortedMap<String, TypeDef> types, List<KindTable.Kind> kinds, ProtoMessages messages) {
  /** Kinds in alpha and beta versions are not served, as upstream by default. */
  private static final String STABLE = "v[0-9]+";

  static Artifacts open() throws IOException, ReflectiveOperationException, URISyntaxException {
    try (JarFile models = jarOf(V1Pod.class);
        JarFile protos = jarOf(io.kubernetes.client.proto.V1.class)) {
      ProtoMessages messages = ProtoMessages.read(protos);
      List<KindTable.Kind> kinds =
          KindTable.of(ApiSurface.read(models)).kinds().stream()
              .filter(kind -> kind.version.matches(STABLE))
              .toList();
      return new Artifacts(ModelTypes.read(models, messages), kinds, messages);
    }
  }

  private static JarFile jarOf(Class<?> type) throws IOException, URISyntaxException {
    return new JarFile(
        Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toFile());
  }
}

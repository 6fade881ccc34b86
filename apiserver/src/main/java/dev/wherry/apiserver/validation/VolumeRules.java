package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of a pod's volumes and of what containers mount of them. */
final class VolumeRules {
  private static final List<String> HOST_PATH_TYPES =
      List.of(
          "",
          "DirectoryOrCreate",
          "Directory",
          "FileOrCreate",
          "File",
          "Socket",
          "CharDevice",
          "BlockDevice");
  private static final int FILE_MODE_MAX = 0777;
  private static final long TOKEN_SECONDS_MIN = 10 * 60L;
  private static final long TOKEN_SECONDS_MAX = 1L << 32;

  private VolumeRules() {}

  /** Checks the list and returns the names in it. */
  static Set<String> volumes(Field volumes) {
    Set<String> names = new HashSet<>();
    for (Field volume : volumes.items()) {
      int before = volumes.errors().causes().size();
      Field name = volume.child("name");
      if (name.require()) {
        name.matches(NameRules::label);
        if (names.contains(name.text())) {
          name.errors().duplicate(name.path(), name.node());
        }
      }
      source(volume);
      // Nothing can be mounted of a volume that is refused.
      if (volumes.errors().causes().size() == before) {
        names.add(name.text());
      }
    }
    return names;
  }

  private static void source(Field volume) {
    List<String> sources = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : volume.node().properties()) {
      if (!e.getKey().equals("name") && !e.getValue().isNull()) {
        sources.add(e.getKey());
      }
    }
    if (sources.isEmpty()) {
      volume.errors().required(volume.path(), "must specify a volume type");
      return;
    }
    for (String extra : sources.subList(1, sources.size())) {
      volume.child(extra).forbidden("may not specify more than 1 volume type");
    }
    Field source = volume.child(sources.getFirst());
    switch (sources.getFirst()) {
      case "emptyDir" -> {
        if (source.child("sizeLimit").present()) {
          ResourceRules.nonNegative(source.child("sizeLimit"));
        }
      }
      case "hostPath" -> hostPath(source);
      case "secret" -> {
        source.child("secretName").require();
        keys(source);
      }
      case "configMap" -> {
        source.child("name").require();
        keys(source);
      }
      case "persistentVolumeClaim" -> source.child("claimName").require();
      case "downwardAPI" -> downward(source);
      case "projected" -> projected(source);
      case "nfs" -> {
        source.child("server").require();
        if (source.child("path").require() && !source.child("path").text().startsWith("/")) {
          source.child("path").invalid("must be an absolute path");
        }
      }
      case "csi" -> source.child("driver").require();
      case "image" -> source.child("pullPolicy").oneOf(ContainerRules.PULL_POLICIES);
      default -> {}
    }
  }

  private static void hostPath(Field source) {
    Field path = source.child("path");
    if (path.require() && List.of(path.text().split("/")).contains("..")) {
      path.invalid("must not contain '..'");
    }
    source.child("type").oneOf(HOST_PATH_TYPES);
  }

  private static void mode(Field mode) {
    if (mode.present() && (mode.number() < 0 || mode.number() > FILE_MODE_MAX)) {
      mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
    }
  }

  private static void keys(Field source) {
    mode(source.child("defaultMode"));
    for (Field item : source.child("items").items()) {
      item.child("key").require();
      if (item.child("path").require()) {
        relativePath(item.child("path"));
      }
      mode(item.child("mode"));
    }
  }

  private static void relativePath(Field path) {
    if (path.text().startsWith("/")) {
      path.invalid("must be a relative path");
    }
    if (List.of(path.text().split("/")).contains("..")) {
      path.invalid("must not contain '..'");
    } else if (path.text().startsWith("..")) {
      path.invalid("must not start with '..'");
    }
  }

  private static void downward(Field source) {
    mode(source.child("defaultMode"));
    source.child("items").items().forEach(VolumeRules::file);
  }

  private static void file(Field item) {
    if (item.child("path").require()) {
      relativePath(item.child("path"));
    }
    boolean field = item.child("fieldRef").present();
    if (field && item.child("resourceFieldRef").present()) {
      item.invalid("fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (!field && !item.child("resourceFieldRef").present()) {
      item.errors().required(item.path(), "one of fieldRef and resourceFieldRef is required");
    }
    if (field) {
      PodFieldRules.ofFile(item.child("fieldRef"));
    } else if (item.child("resourceFieldRef").present()) {
      PodFieldRules.resourceField(item.child("resourceFieldRef"), true);
    }
    mode(item.child("mode"));
  }

  private static void projected(Field source) {
    mode(source.child("defaultMode"));
    Set<String> paths = new HashSet<>();
    for (Field projection : source.child("sources").items()) {
      List<String> set =
          projection.presentOf(
              List.of(
                  "secret",
                  "configMap",
                  "downwardAPI",
                  "serviceAccountToken",
                  "clusterTrustBundle",
                  "podCertificate"));
      if (set.size() > 1) {
        projection.forbidden("may not specify more than 1 volume type per source");
      }
      for (String kind : set) {
        Field one = projection.child(kind);
        switch (kind) {
          case "secret", "configMap" -> {
            one.child("name").require();
            keys(one);
          }
          // Upstream leaves the item's number out.
          case "downwardAPI" ->
              one.child("items")
                  .items()
                  .forEach(item -> file(Field.of(item.node(), one.path(), item.errors())));
          case "serviceAccountToken" -> token(one, source);
          default -> {}
        }
        for (Field item : one.child("items").items()) {
          String path = item.child("path").text();
          if (!path.isEmpty() && !paths.add(path)) {
            source.errors().invalid(source.path(), path, "conflicting duplicate paths");
          }
        }
      }
    }
  }

  /**
   * @param volume of whose path upstream speaks
   */
  private static void token(Field token, Field volume) {
    Field seconds = token.child("expirationSeconds");
    if (seconds.present() && seconds.number() < TOKEN_SECONDS_MIN) {
      seconds.invalid("may not specify a duration less than 10 minutes");
    }
    if (seconds.present() && seconds.number() > TOKEN_SECONDS_MAX) {
      seconds.invalid("may not specify a duration larger than 2^32 seconds");
    }
    Field path = Field.of(token.child("path").node(), volume.child("path").path(), token.errors());
    if (path.require()) {
      relativePath(path);
    }
  }

  static void mounts(Field mounts, Set<String> volumes) {
    Set<String> paths = new HashSet<>();
    for (Field mount : mounts.items()) {
      Field name = mount.child("name");
      name.require();
      if (!volumes.contains(name.text())) {
        name.errors().notFound(name.path(), TextNode.valueOf(name.text()));
      }
      Field path = mount.child("mountPath");
      if (path.require() && !paths.add(path.text())) {
        path.invalid("must be unique");
      }
      for (String sub : List.of("subPath", "subPathExpr")) {
        if (mount.child(sub).hasText()) {
          relativePath(mount.child(sub));
        }
      }
      if (mount.child("subPath").hasText() && mount.child("subPathExpr").hasText()) {
        mount.child("subPathExpr").invalid("subPathExpr and subPath are mutually exclusive");
      }
      mount.child("mountPropagation").oneOf(List.of("None", "HostToContainer", "Bidirectional"));
    }
  }
}

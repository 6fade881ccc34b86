package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.change.KeyChanges;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code wherry set image}. */
@Command(
    name = "image",
    description = "Set the images of containers.",
    mixinStandardHelpOptions = true)
final class SetImage extends SetVerb {
  private static final String ALL = "*";

  private Map<String, String> images = Map.of();

  SetImage(Streams streams) {
    super(streams);
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    KeyChanges changes = KeyChanges.split(words, "image");
    images = changes.set("image", false);
    if (images.isEmpty()) {
      throw ClientException.error("at least one image update is required");
    }
    if (images.size() > 1 && images.containsKey(ALL)) {
      throw ClientException.error(
          "all containers are already specified by *, but saw more than one"
              + " container_name=container_image pairs");
    }
    return changes.objects();
  }

  @Override
  void set(Session session, ObjectNode object) {
    ObjectNode spec = PodSpecs.of(object);
    images.forEach((name, image) -> {
      List<ObjectNode> containers =
          name.equals(ALL)
              ? PodSpecs.containers(spec, ALL)
              : PodSpecs.containers(spec, ALL).stream()
                  .filter(one -> one.path("name").asText().equals(name))
                  .toList();
      if (containers.isEmpty()) {
        complain("error: unable to find container named \"" + name + "\"");
      }
      containers.forEach(one -> one.put("image", image));
    });
  }

  @Override
  String done() {
    return "image updated";
  }

  @Override
  String failed() {
    return "image update to pod template:";
  }
}

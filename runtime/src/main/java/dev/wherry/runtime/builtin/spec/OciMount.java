package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One mount, in the order of mounting.
 *
 * @param destination absolute, inside
 * @param type a file system, {@code bind} for the host's files
 * @param source the host's path, or the file system's name
 * @param options as mount(8) writes them
 */
public record OciMount(String destination, String type, String source, List<String> options) {
  public OciMount {
    options = List.copyOf(options);
  }

  static OciMount bind(String source, String destination, String... options) {
    return new OciMount(destination, "bind", source, List.of(options));
  }

  /** How deep the destination lies: what is above is mounted before. */
  int depth() {
    return (int) destination.chars().filter(c -> c == '/').count();
  }

  void writeTo(ArrayNode mounts) {
    ObjectNode mount = mounts.addObject();
    mount.put("destination", destination).put("type", type).put("source", source);
    ArrayNode list = mount.putArray("options");
    options.forEach(list::add);
  }
}

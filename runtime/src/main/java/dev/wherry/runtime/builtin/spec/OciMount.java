package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/**
 * One mount, in the order of mounting.
 *
 * @param destination absolute, inside
 * @param type a file system, {@code bind} for the host's files
 * @param source the host's path, or the file system's name
 * @param options as mount(8) writes them
 * @param owned whether owners are those of the pod's user namespace
 */
public record OciMount(
    String destination, String type, String source, List<String> options, boolean owned) {
  public OciMount {
    options = List.copyOf(options);
  }

  OciMount(String destination, String type, String source, List<String> options) {
    this(destination, type, source, options, false);
  }

  /** The same with the pod's owners, from a place where they are so. */
  public OciMount from(String place) {
    return new OciMount(destination, type, place, options, owned);
  }

  /** The same with more options. */
  public OciMount with(List<String> more) {
    List<String> all = Stream.concat(options.stream(), more.stream()).toList();
    return new OciMount(destination, type, source, all, owned);
  }

  OciMount owned(boolean owned) {
    return new OciMount(destination, type, source, options, owned);
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

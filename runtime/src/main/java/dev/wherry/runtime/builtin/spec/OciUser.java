package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Whose the process is.
 *
 * @param groups all supplementary groups, the primary one first
 */
public record OciUser(long uid, long gid, List<Long> groups) {
  public OciUser {
    groups = List.copyOf(groups);
  }

  /** With further groups, each once. */
  OciUser plus(List<Long> more) {
    var all = new LinkedHashSet<>(groups);
    all.addAll(more);
    return new OciUser(uid, gid, List.copyOf(all));
  }

  void writeTo(ObjectNode process) {
    ObjectNode user = process.putObject("user").put("uid", uid).put("gid", gid);
    ArrayNode list = user.putArray("additionalGids");
    groups.forEach(list::add);
  }
}

package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.util.List;

/**
 * The first process.
 *
 * @param capabilities names with CAP_, bounding, permitted and effective alike
 * @param ambient a part of them that a change of user keeps
 * @param apparmorProfile empty for none
 */
public record OciProcess(
    boolean terminal,
    OciUser user,
    List<String> args,
    List<String> environment,
    String directory,
    List<String> capabilities,
    List<String> ambient,
    boolean noNewPrivileges,
    int oomScore,
    String apparmorProfile) {
  public OciProcess {
    args = List.copyOf(args);
    environment = List.copyOf(environment);
    capabilities = List.copyOf(capabilities);
    ambient = List.copyOf(ambient);
  }

  ObjectNode tree() {
    ObjectNode process = Trees.object().put("terminal", terminal);
    user.writeTo(process);
    texts(process.putArray("args"), args);
    texts(process.putArray("env"), environment);
    process.put("cwd", directory);
    ObjectNode sets = process.putObject("capabilities");
    for (String set : List.of("bounding", "effective", "permitted")) {
      texts(sets.putArray(set), capabilities);
    }
    if (!ambient.isEmpty()) {
      texts(sets.putArray("inheritable"), ambient);
      texts(sets.putArray("ambient"), ambient);
    }
    process.put("noNewPrivileges", noNewPrivileges).put("oomScoreAdj", oomScore);
    if (!apparmorProfile.isEmpty()) {
      process.put("apparmorProfile", apparmorProfile);
    }
    return process;
  }

  static void texts(ArrayNode to, List<String> texts) {
    texts.forEach(to::add);
  }
}

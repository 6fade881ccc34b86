package dev.wherry.kubelet.plugin;

import dev.wherry.proto.plugin.v1.PluginInfo;
import java.nio.file.Path;

/** Takes plugins of one kind that were found in the folder. Called by a thread of its own each. */
@FunctionalInterface
public interface PluginKind {
  /**
   * Takes a plugin; may ask it things.
   *
   * @param endpoint where it serves
   * @return closed when the plugin has taken its socket out of the folder
   * @throws PluginException why it is not taken; the plugin is told
   */
  AutoCloseable register(PluginInfo info, Path endpoint) throws PluginException;
}

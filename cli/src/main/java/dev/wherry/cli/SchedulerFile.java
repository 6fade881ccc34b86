package dev.wherry.cli;

import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import dev.wherry.scheduler.config.ConfigException;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.config.SchedulerConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** kube-scheduler's configuration file. */
final class SchedulerFile {
  private SchedulerFile() {}

  /**
   * @throws IOException with every complaint
   */
  static SchedulerConfig read(Path file) throws IOException {
    try {
      return SchedulerConfigFile.parse(Yaml.parse(Files.readAllBytes(file)).tree());
    } catch (DecodeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (ConfigException e) {
      throw new IOException(file + ":\n  " + String.join("\n  ", e.complaints()), e);
    }
  }
}

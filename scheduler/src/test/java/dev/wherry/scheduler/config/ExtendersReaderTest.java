package dev.wherry.scheduler.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExtendersReaderTest {
  private static SchedulerConfig config(String extenders) {
    String file =
        """
        {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
         "extenders": [%s]}
        """
            .formatted(extenders);
    return SchedulerConfigFile.parse(Json.parse(file.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void parse_extenders_complaintsAndDefaults() {
    SchedulerConfig read =
        config(
            "{\"urlPrefix\": \"https://e\", \"enableHTTPS\": true, \"managedResources\":"
                + " [{\"name\": \"example.com/gpu\", \"ignoredByScheduler\": true}]}");
    ExtenderConfig extender = read.extenders().getFirst();
    assertEquals(ExtenderConfig.HTTP_TIMEOUT, extender.httpTimeout());
    assertTrue(extender.tls().orElseThrow().insecure());
    assertTrue(read.profiles().getFirst().ignoredResources().contains("example.com/gpu"));

    String wrong =
        assertThrows(
                RuntimeException.class,
                () ->
                    config(
                        "{\"urlPrefix\": \"e\", \"prioritizeVerb\": \"p\", \"bindVerb\": \"b\","
                            + " \"httpTimeout\": \"5\", \"extra\": 1},"
                            + " {\"urlPrefix\": \"http://e\", \"bindVerb\": \"b\"}"))
            .getMessage();
    assertTrue(wrong.contains("extenders[0].urlPrefix"), wrong);
    assertTrue(wrong.contains("must have a positive weight"), wrong);
    assertTrue(wrong.contains("only one extender can implement bind"), wrong);
    assertTrue(wrong.contains("extenders[0].httpTimeout"), wrong);
    assertTrue(wrong.contains("extenders[0].extra: unknown field"), wrong);
  }
}

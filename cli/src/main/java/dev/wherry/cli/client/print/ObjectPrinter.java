package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;

/** Prints one object, or a List of them, in one of kubectl's formats. */
@FunctionalInterface
public interface ObjectPrinter {
  void print(JsonNode object);
}

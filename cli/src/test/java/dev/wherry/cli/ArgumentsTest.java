package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  @ParameterizedTest
  @CsvSource({
    "-n foo get pods,get -n foo pods",
    "--context=a get pods,get --context=a pods",
    "apply -f x --dry-run,apply -f x --dry-run=unchanged",
    "exec p -- sh --dry-run,exec p -- sh --dry-run",
    "--version,--version"
  })
  void normalized_words_asPicocliTakesThem(String given, String wanted) {
    assertEquals(List.of(wanted.split(" ")), List.of(Arguments.normalized(given.split(" "))));
  }
}

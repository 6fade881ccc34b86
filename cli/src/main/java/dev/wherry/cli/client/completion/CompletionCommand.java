package dev.wherry.cli.client.completion;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wherry completion}: a script that the shell reads once. */
@Command(
    name = "completion",
    description = "Print a script for completion: bash, zsh or fish.",
    mixinStandardHelpOptions = true)
public final class CompletionCommand implements Callable<Integer> {
  private static final String BASH =
      """
      # Completion of PROGRAM for bash; in ~/.bashrc: source <(PROGRAM completion bash)
      __PROGRAM_complete() {
        local cur words=() word line
        cur="${COMP_WORDS[COMP_CWORD]}"
        # bash takes "=" and ":" for words of their own: the line is taken apart at blanks again.
        line="${COMP_LINE:0:COMP_POINT}"
        read -r -a words <<<"$line"
        case "$line" in *[[:space:]]) words+=("") ;; esac
        word="${words[${#words[@]}-1]}"
        local prefix="${word%"$cur"}"
        COMPREPLY=()
        while IFS= read -r line; do
          line="${line#"$prefix"}"
          case "$line" in */ | *=) compopt -o nospace 2>/dev/null ;; *) line="$line" ;; esac
          [ -n "$line" ] && COMPREPLY+=("$line")
        done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
        if [ ${#COMPREPLY[@]} -eq 0 ]; then compopt -o default 2>/dev/null; fi
      }
      complete -F __PROGRAM_complete PROGRAM
      """;

  private static final String ZSH =
      """
      #compdef PROGRAM
      # Completion of PROGRAM for zsh; in ~/.zshrc: source <(PROGRAM completion zsh)
      _PROGRAM() {
        local -a found open
        local line
        while IFS= read -r line; do
          case "$line" in
            */ | *=) open+=("$line") ;;
            *) found+=("$line") ;;
          esac
        done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
        if (( ${#found} + ${#open} == 0 )); then
          _files
          return
        fi
        compadd -Q -- "${found[@]}"
        compadd -Q -S '' -- "${open[@]}"
      }
      if [ "$funcstack[1]" = "_PROGRAM" ]; then _PROGRAM; else compdef _PROGRAM PROGRAM; fi
      """;

  private static final String FISH =
      """
      # Completion of PROGRAM for fish; in config.fish: PROGRAM completion fish | source
      function __PROGRAM_complete
        set -l words (commandline -opc) (commandline -ct)
        set -e words[1]
        PROGRAM __complete $words 2>/dev/null
      end
      complete -c PROGRAM -f -n 'test -n "$(__PROGRAM_complete)"' -a '(__PROGRAM_complete)'
      """;

  private final Streams streams;

  @Parameters(paramLabel = "SHELL", arity = "0..*", description = "bash, zsh or fish.")
  private List<String> words = List.of();

  public CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (words.isEmpty()) {
      throw ClientException.error(
          "shell not specified\nSee 'wherry completion -h' for help and" + " examples");
    }
    if (words.size() > 1) {
      throw ClientException.error(
          "too many arguments. Expected only the shell type\n"
              + "See 'wherry completion -h' for help and examples");
    }
    String script =
        switch (words.getFirst()) {
          case "bash" -> BASH;
          case "zsh" -> ZSH;
          case "fish" -> FISH;
          default ->
              throw ClientException.error(
                  "unsupported shell type \"%s\": bash, zsh and fish are there"
                      .formatted(words.getFirst()));
        };
    streams.out().print(script.replace("PROGRAM", "wherry"));
    streams.out().flush();
    return 0;
  }
}

using Relay.Backplane.Files;
using Xunit.Runner.InProc.SystemConsole;

// The crash tests start this program once more, as the process that they kill.
return args is ["append", var directory] ? await AppendingProcess.RunAsync(directory) : await ConsoleRunner.Run(args);

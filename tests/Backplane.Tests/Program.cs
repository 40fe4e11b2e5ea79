using Relay.Backplane.Files;

// Started by the crash tests only.
return args is ["append", var directory] ? await AppendingProcess.RunAsync(directory) : 1;

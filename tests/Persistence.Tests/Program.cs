using Relay.Persistence;
using Relay.Persistence.Metadata;
using Xunit.Runner.InProc.SystemConsole;

// Tests start this program once more, as the process that they kill.
return args switch
{
    ["metadata", .. var rest] => await KilledMetadataWriter.RunAsync(rest),
    ["snapshots", .. var rest] => await KilledWriter.RunAsync(rest),
    _ => await ConsoleRunner.Run(args),
};

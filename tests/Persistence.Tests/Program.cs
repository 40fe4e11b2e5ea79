using Relay.Persistence;

return await KilledWriter.RunAsync(args);

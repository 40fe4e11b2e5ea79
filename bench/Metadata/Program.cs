using System.Globalization;
using Relay.Bench.Metadata;
using Relay.Persistence.Metadata.Postgres;

const string Usage = """
    What people ask of the metadata of rooms, on much more of it than they have:
      --connection STRING [--rows CONNECTIONS] [--rooms N] [--days N] [--runs N] [--questions false] [--plans true]
      --file PATH [--rooms N] [--runs N]
    fills an empty database (by default with 20,000,000 connections of 30 days, a hundred times what 10,000 users make
    in a day, at 250,000 rooms), or takes one that was filled before, asks each question several times, and writes.
    A file is filled with rooms through the node's own batches.
    """;
if (Option("file") is { } path)
{
    await InFile.RunAsync(path, Number("rooms", 250_000), Number("runs", 7));
    return 0;
}

if (Option("connection") is not { } connection)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var options = new PostgresMetadataOptions
{
    ConnectionString = connection,
    Address = "bench",
    Incarnation = "bench",
    KeepConnections = TimeSpan.FromDays(30),
    CallTimeout = TimeSpan.FromMinutes(10),
};
await Fill.RunAsync(options, Number("rows", 20_000_000), Number("rooms", 250_000), Number("days", 30));
if (Option("questions") != "false")
{
    await Questions.AskAsync(options, Number("runs", 7), Option("plans") == "true");
}

await using var writer = new PostgresMetadataWriter(options with { Incarnation = Guid.NewGuid().ToString("n") });
await Writing.RunAsync(writer, Number("runs", 7));
return 0;

string? Option(string name) => Array.IndexOf(args, $"--{name}") is >= 0 and var at && at + 1 < args.Length
    ? args[at + 1]
    : null;

int Number(string name, int absent) => Option(name) is { } text
    ? int.Parse(text, CultureInfo.InvariantCulture)
    : absent;

using Microsoft.Data.Sqlite;
using Relay.Persistence.Metadata.Sqlite;

namespace Relay.Persistence.Metadata;

/// <summary>A metadata file in a directory of its own, and ways past the store into it.</summary>
internal sealed class MetadataFile : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public MetadataFile() => Options = new SqliteMetadataOptions
    {
        Path = Path.Combine(directory.Path, "metadata.db"),
        Address = "127.0.0.1:1",
        Incarnation = "one",
        KeepConnections = TimeSpan.FromDays(30),
        CallTimeout = TimeSpan.FromSeconds(25),
    };

    public SqliteMetadataOptions Options { get; }

    public SqliteRoomMetadata NewReader() => new(Options, TimeProvider.System);

    public SqliteConnection Open(SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = Options.Path, Mode = mode, Pooling = false };
        var connection = new SqliteConnection(text.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>All bytes of the file and of its write-ahead log.</summary>
    public async Task<string> ReadAllAsync()
    {
        var bytes = await Task.WhenAll(ReadAsync(Options.Path), ReadAsync(Options.Path + "-wal"));
        return string.Join(' ', bytes.Select(Convert.ToHexString));
    }

    public void Dispose() => directory.Dispose();

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}

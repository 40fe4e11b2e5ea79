using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Relay.Pages;

/// <summary>
/// The files of the pages, compressed once in one encoding: a request for one costs no compression. A file that has no
/// copy yet, has changed since or is no smaller when it is compressed, is found as it is. Thread-safe.
/// </summary>
/// <remarks>
/// The first question for a file has all copies made: a node that shows no pages does not pay for them, least of all in
/// its first second.
/// </remarks>
internal sealed class CompressedCopies : IFileProvider
{
    public const string Brotli = "br";

    public const string Gzip = "gzip";

    /// <summary>High, but not so high that it takes seconds for a node that has just started.</summary>
    private const int Quality = 9;

    /// <summary>Larger files are no pages of a node's.</summary>
    private const int MaxBytes = 8 << 20;

    private static readonly string[] Endings = [".html", ".js", ".css", ".svg", ".txt"];

    private readonly ConcurrentDictionary<string, (CompressedFile Copy, long Length)> copies = [];
    private readonly IFileProvider files;
    private readonly string encoding;
    private readonly Lazy<Task> made;

    public CompressedCopies(IFileProvider files, string encoding)
    {
        this.files = files;
        this.encoding = encoding;
        made = new Lazy<Task>(() => Task.Run(() => Compress("")));
    }

    /// <summary>Has the copies made, and completes when they are.</summary>
    public Task WhenMade => made.Value;

    public IFileInfo GetFileInfo(string subpath)
    {
        var file = files.GetFileInfo(subpath);
        if (!made.IsValueCreated && file.Exists)
        {
            _ = made.Value;
        }

        return copies.TryGetValue(subpath.TrimStart('/'), out var one) && one.Copy.IsOf(file, one.Length)
            ? one.Copy
            : file;
    }

    public IDirectoryContents GetDirectoryContents(string subpath) => files.GetDirectoryContents(subpath);

    public IChangeToken Watch(string filter) => files.Watch(filter);

    private void Compress(string folder)
    {
        foreach (var file in files.GetDirectoryContents(folder))
        {
            var path = folder + file.Name;
            if (file.IsDirectory)
            {
                Compress(path + "/");
            }
            else if (file.Length <= MaxBytes && Endings.Contains(Path.GetExtension(file.Name)))
            {
                var bytes = Compress(file);
                if (bytes.Length < file.Length)
                {
                    copies[path] = (new CompressedFile(file, encoding, bytes), file.Length);
                }
            }
        }
    }

    private byte[] Compress(IFileInfo file)
    {
        using var compressed = new MemoryStream();
        using (Stream into = encoding == Brotli
            ? new BrotliStream(compressed, new BrotliCompressionOptions { Quality = Quality }, leaveOpen: true)
            : new GZipStream(compressed, new ZLibCompressionOptions { CompressionLevel = Quality }, leaveOpen: true))
        {
            using var content = file.CreateReadStream();
            content.CopyTo(into);
        }

        return compressed.ToArray();
    }
}

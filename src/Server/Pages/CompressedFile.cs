using Microsoft.Extensions.FileProviders;

namespace Relay.Pages;

/// <summary>A compressed copy of a file, in memory, under the name of the file itself.</summary>
/// <param name="file">The file as it was.</param>
/// <param name="encoding">How it is compressed, as HTTP says it.</param>
/// <param name="bytes">The copy.</param>
internal sealed class CompressedFile(IFileInfo file, string encoding, byte[] bytes) : IFileInfo
{
    public string Encoding => encoding;

    public bool Exists => true;

    public bool IsDirectory => false;

    public DateTimeOffset LastModified => file.LastModified;

    public long Length => bytes.Length;

    public string Name => file.Name;

    /// <summary>None: what lies on the disk is not this.</summary>
    public string? PhysicalPath => null;

    public Stream CreateReadStream() => new MemoryStream(bytes, writable: false);

    /// <summary>Whether it is a copy of what the file is now.</summary>
    public bool IsOf(IFileInfo now, long length) => now.LastModified == file.LastModified && now.Length == length;
}
